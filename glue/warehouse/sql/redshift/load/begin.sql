-- First in the transaction: only one load of a kind and year, or of a dimension, can proceed.
update open_payments.load_state set load_id = :load_id
where payment_kind = :kind and program_year = :year;
