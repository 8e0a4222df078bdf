-- What are payments for, each year? Until 2020 there were 15 natures, since 2021 there are 16.
select
    program_year,
    nature_of_payment,
    count(*) as payments,
    sum(amount) as amount
from payments
where payment_kind = :kind
group by program_year, nature_of_payment
order by program_year, amount desc, nature_of_payment;
