-- Products that a payment names: up to five per payment. There is no amount here, so none is counted twice.
-- distkey: queries about products join the payment; its record id distributes evenly.
create table if not exists open_payments.payment_products (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    record_id varchar(64) not null,
    slot integer not null,
    covered varchar(64),
    product_type varchar(200),
    product_category varchar(1200),
    product_name varchar(2000),
    ndc varchar(200),
    pdi varchar(200)
)
diststyle key distkey (record_id)
compound sortkey (program_year, record_id);
