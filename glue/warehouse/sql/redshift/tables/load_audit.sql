-- A row for each committed load, written in its transaction. Nothing deletes from this table.
create table if not exists open_payments.load_audit (
    load_id varchar(64) not null,
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    run_id varchar(64) not null,
    fact_snapshot bigint not null,
    fact_sequence bigint not null,
    fact_rows bigint not null,
    fact_amount decimal(18, 2) not null,
    product_rows bigint not null,
    files bigint not null,
    bytes bigint not null,
    replaced_publication date,
    loaded_at timestamp not null
)
diststyle all
sortkey (loaded_at);
