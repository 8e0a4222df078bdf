-- Addresses under which a recipient was reported, by kind and year. Distributed by recipient, like all variants of people, so joins stay on the node.
create table if not exists open_payments.physician_addresses (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    profile_id varchar(64) not null,
    recipient_address_line_1 varchar(460),
    recipient_address_line_2 varchar(460),
    recipient_city varchar(400),
    recipient_state varchar(128),
    recipient_zip_code varchar(64),
    recipient_country varchar(400),
    recipient_province varchar(400),
    recipient_postal_code varchar(128),
    records bigint not null
)
diststyle key distkey (profile_id)
compound sortkey (program_year, profile_id);
