-- Names and addresses under which a hospital was reported, by kind and year. Thousands of rows: on every node.
create table if not exists open_payments.teaching_hospital_names (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    teaching_hospital_ccn varchar(64) not null,
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
    records bigint not null
)
diststyle all
sortkey (teaching_hospital_ccn);
