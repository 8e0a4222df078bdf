-- Fails unless exactly the expected products are there, each with an existing payment.
select cast(
    'differs: there are ' || cast(count(*) as varchar(20)) || ' products, ' || cast(count(f.record_id) as varchar(20))
    || ' of them of payments; expected are ' || :rows as integer
)
from open_payments.payment_products as p
left join open_payments.payments_fact as f
    on p.payment_kind = f.payment_kind and p.program_year = f.program_year and p.record_id = f.record_id
where p.payment_kind = :kind and p.program_year = :year
having count(*) <> cast(:rows as bigint) or count(f.record_id) <> count(*);
