-- Records which snapshot of a dimension is now loaded.
update open_payments.load_state set sequence_number = :sequence
where payment_kind = :kind and program_year = :year;
