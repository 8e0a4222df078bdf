-- One row per teaching hospital. About 1,300 rows: on every node.
create table if not exists open_payments.teaching_hospitals_dim (
    teaching_hospital_ccn varchar(64) not null,
    recipient_key varchar(64) not null,
    teaching_hospital_id varchar(64),
    teaching_hospital_name varchar(400),
    recipient_address_line_1 varchar(460),
    recipient_address_line_2 varchar(460),
    recipient_city varchar(400),
    recipient_state varchar(128),
    recipient_zip_code varchar(64),
    recipient_country varchar(400),
    recipient_province varchar(400),
    recipient_postal_code varchar(128),
    name_variants bigint not null,
    address_variants bigint not null,
    records bigint not null,
    first_year integer not null,
    last_year integer not null,
    first_publication date not null,
    last_publication date not null
)
diststyle all
sortkey (teaching_hospital_ccn);
