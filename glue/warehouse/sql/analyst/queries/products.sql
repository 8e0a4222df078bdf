-- Which products are payments for? `amount_alone` adds up to the payments for a single product. `amount_with_others` covers
-- payments that name other products too: such a payment is in the line of each, so this column does not add up.
select
    program_year,
    product,
    count(*) as payments,
    sum(case when products = 1 then payment_amount else 0.00 end) as amount_alone,
    sum(case when products > 1 then payment_amount else 0.00 end) as amount_with_others
from product_payments
where payment_kind = :kind
group by program_year, product
order by program_year, amount_alone desc, product;
