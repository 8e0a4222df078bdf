-- Ensures that the row of a kind and year, or of a dimension, exists. In a separate transaction.
insert into open_payments.load_state (payment_kind, program_year, sequence_number)
select :kind, :year, -1
where not exists (
    select 1 from open_payments.load_state as s where s.payment_kind = :kind and s.program_year = :year
);
