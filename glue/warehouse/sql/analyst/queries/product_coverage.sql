-- What share of all dollars is for one product, several, or none? Each payment is in one line, so the lines add up to the total.
select
    f.program_year,
    case when p.products is null then 'none' when p.products = 1 then 'one' else 'several' end as products,
    count(*) as payments,
    sum(f.amount) as amount
from payments_fact as f
left join (
    select payment_kind, program_year, record_id, max(products) as products
    from product_payments
    group by payment_kind, program_year, record_id
) as p
    on f.payment_kind = p.payment_kind and f.program_year = p.program_year and f.record_id = p.record_id
where f.payment_kind = :kind
group by f.program_year, case when p.products is null then 'none' when p.products = 1 then 'one' else 'several' end
order by f.program_year, 2;
