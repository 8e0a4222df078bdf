-- Which products are payments about? `amount_alone` adds up to what was paid about one product only. `amount_with_others` is of
-- payments that name other products too: the same payment stands in the line of each, so this column does not add up.
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
