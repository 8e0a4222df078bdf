-- One row per payment; key: kind, program year, record id.
-- distkey: most queries are about recipients, and physicians_dim has the same key, so that join stays on its node. No recipient
-- has more than a few thousand payments a year, so slices stay even; a company may have a tenth of all.
-- sortkey: queries name years, and a load replaces one; then dates, the axis of charts.
-- Widths: bytes, four for each character of the CMS dictionary's longest value.
create table if not exists open_payments.payments_fact (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    record_id varchar(64) not null,
    run_id varchar(64) not null,
    source_record bigint not null,
    source_line bigint not null,
    recipient_key varchar(64),
    recipient_kind varchar(400) not null,
    profile_id varchar(64),
    npi varchar(64),
    teaching_hospital_ccn varchar(64),
    teaching_hospital_id varchar(64),
    recipient_state varchar(128),
    recipient_country varchar(400),
    primary_type_1 varchar(400),
    specialty_1 varchar(1200),
    company_id varchar(64) not null,
    submitting_company_name varchar(800),
    amount decimal(14, 2) not null,
    payment_date date not null,
    payment_count bigint,
    form_of_payment varchar(800) not null,
    nature_of_payment varchar(800) not null,
    travel_city varchar(400),
    travel_state varchar(128),
    travel_country varchar(400),
    physician_ownership varchar(16),
    third_party_recipient varchar(400),
    third_party_name varchar(800),
    charity varchar(16),
    third_party_equals_recipient varchar(16),
    contextual_information varchar(8332),
    delay_in_publication varchar(400),
    dispute_status varchar(16),
    related_product varchar(16),
    change_type varchar(32)
)
diststyle key distkey (recipient_key)
compound sortkey (program_year, payment_date);
