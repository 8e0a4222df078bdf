-- Who is paid most, each year? People by their profile id, hospitals by their CCN, because names are spelled in many ways.
select program_year, place, recipient_key, recipient_kind, recipient_name, payments, companies, amount
from (
    select
        program_year,
        recipient_key,
        max(recipient_kind) as recipient_kind,
        max(recipient_name) as recipient_name,
        count(*) as payments,
        count(distinct company_id) as companies,
        sum(amount) as amount,
        row_number() over (partition by program_year order by sum(amount) desc, recipient_key) as place
    from payments
    where payment_kind = :kind and recipient_key is not null
    group by program_year, recipient_key
) as t
where place <= 10
order by program_year, place;
