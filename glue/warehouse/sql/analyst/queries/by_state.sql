-- In which states do recipients practise? Those abroad have no state.
select
    program_year,
    coalesce(recipient_state, 'none') as state,
    count(*) as payments,
    count(distinct recipient_key) as recipients,
    sum(amount) as amount
from payments
where payment_kind = :kind
group by program_year, coalesce(recipient_state, 'none')
order by program_year, amount desc, state;
