-- Records what is now loaded of a kind and year.
update open_payments.load_state
set publication = cast(:publication as date), run_id = :run_id, sequence_number = :sequence
where payment_kind = :kind and program_year = :year;
