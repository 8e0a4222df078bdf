-- Fails if the loaded data is newer: the text is not a number, so the cast fails, and ends the transaction, if a row is found.
select cast('refused: loaded is publication ' || cast(publication as varchar(10)) || ', which is newer than ' || :publication as integer)
from open_payments.load_state
where payment_kind = :kind
    and program_year = :year
    and (
        publication > cast(:publication as date)
        or (publication = cast(:publication as date) and sequence_number > :sequence)
    );
