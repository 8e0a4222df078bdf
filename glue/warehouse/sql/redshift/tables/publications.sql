-- What is loaded of each kind and year, as the host's audit has it. A few hundred rows: on every node, for joins without traffic.
create table if not exists open_payments.publications (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    run_id varchar(64) not null,
    attempt varchar(128) not null,
    pack varchar(256),
    pack_digest varchar(128),
    layout varchar(64),
    source_name varchar(1024),
    source_digest varchar(128),
    source_bytes bigint,
    records_read bigint not null,
    records_validated bigint not null,
    records_quarantined bigint not null,
    amount_read decimal(18, 2) not null,
    amount_validated decimal(18, 2) not null,
    amount_quarantined decimal(18, 2) not null,
    manifest varchar(4096) not null,
    committed_at timestamp
)
diststyle all
sortkey (program_year);
