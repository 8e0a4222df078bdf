-- Rows and dollars of each year as they were at a snapshot (see snapshots.sql).
select payment_kind, program_year, max(publication) as publication, count(*) as payments, sum(amount) as amount
from op_curated.payments_fact for version as of :snapshot
group by payment_kind, program_year
order by payment_kind, program_year;
