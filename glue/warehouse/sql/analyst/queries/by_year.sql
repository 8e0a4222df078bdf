-- How much is paid each year, by how many companies, to how many recipients?
select payment_kind, program_year, publication, payments, amount, companies, recipients
from totals
order by payment_kind, program_year;
