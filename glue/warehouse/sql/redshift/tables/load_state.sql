-- What is loaded now: a row for each kind and year, and one for each dimension (kind: its table; year 0). A load begins by
-- changing its rows, so two loads of the same data cannot both proceed: one waits, and then fails or sees the other's result.
create table if not exists open_payments.load_state (
    payment_kind varchar(64) not null,
    program_year integer not null,
    publication date,
    run_id varchar(64),
    sequence_number bigint not null,
    load_id varchar(64)
)
diststyle all
sortkey (program_year);
