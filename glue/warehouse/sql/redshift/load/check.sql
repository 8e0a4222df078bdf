-- Fails unless exactly the expected rows and cents are there, all from the expected run.
select cast(
    'differs: there are ' || cast(count(*) as varchar(20)) || ' rows of ' || cast(coalesce(sum(amount), 0) as varchar(30))
    || ' dollars, ' || cast(count(distinct record_id) as varchar(20)) || ' ids; expected are ' || :rows || ' rows of ' || :amount as integer
)
from open_payments.payments_fact
where payment_kind = :kind and program_year = :year
having
    count(*) <> cast(:rows as bigint)
    or coalesce(sum(amount), 0) <> cast(:amount as decimal(18, 2))
    or count(distinct record_id) <> count(*)
    or count(*) <> coalesce(sum(case when publication = cast(:publication as date) and run_id = :run_id then 1 else 0 end), 0);
