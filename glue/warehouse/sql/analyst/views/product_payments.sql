-- One row for each payment and each product that it names: the same product in two slots of a payment counts once, however spelled.
-- `products` is the number of distinct products that the payment names. The amount belongs to the payment: it adds up over rows with
-- `products = 1` only; in other rows it is repeated for each product.
create or replace view product_payments as
select
    n.payment_kind,
    n.program_year,
    n.record_id,
    n.product_type,
    n.product,
    count(*) over (partition by n.payment_kind, n.program_year, n.record_id) as products,
    f.company_id,
    f.recipient_key,
    f.payment_date,
    f.amount as payment_amount
from (
    select distinct
        payment_kind,
        program_year,
        record_id,
        product_type,
        upper(trim(product_name)) as product
    from payment_products
    where product_name is not null
) as n
inner join payments_fact as f
    on n.payment_kind = f.payment_kind and n.program_year = f.program_year and n.record_id = f.record_id;
