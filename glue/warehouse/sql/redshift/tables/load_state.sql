-- What is loaded now: a row for each kind and year, and one for each dimension (kind: its table; year 0). A load begins by
-- changing its rows, so that two loads of the same cannot both go on: one waits, and then fails or sees what the other did.
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
