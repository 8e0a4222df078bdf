-- What is loaded.
select payment_kind, program_year, max(publication) as publication, max(run_id) as run_id, max(sequence_number) as sequence_number
from open_payments.load_state
group by payment_kind, program_year
order by payment_kind, program_year;
