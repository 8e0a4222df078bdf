-- How much is paid a year, and how many pay and are paid?
select payment_kind, program_year, publication, payments, amount, companies, recipients
from totals
order by payment_kind, program_year;
