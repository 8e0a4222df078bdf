-- Fails if a newer snapshot of a dimension was loaded meanwhile; the next try skips the dimension.
select cast('refused: loaded is sequence ' || cast(sequence_number as varchar(20)) || ' of ' || :kind as integer)
from open_payments.load_state
where payment_kind = :kind
    and program_year = :year
    and sequence_number > :sequence;
