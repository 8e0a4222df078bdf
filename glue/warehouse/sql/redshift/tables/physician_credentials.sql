-- NPIs, types, specialties and licences under which a recipient was reported, by kind and year. Distributed by recipient, like all variants of people, so joins stay on the node.
create table if not exists open_payments.physician_credentials (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    profile_id varchar(64) not null,
    npi varchar(64),
    recipient_kind varchar(400),
    primary_type_1 varchar(400),
    primary_type_2 varchar(400),
    primary_type_3 varchar(400),
    primary_type_4 varchar(400),
    primary_type_5 varchar(400),
    primary_type_6 varchar(400),
    specialty_1 varchar(1200),
    specialty_2 varchar(1200),
    specialty_3 varchar(1200),
    specialty_4 varchar(1200),
    specialty_5 varchar(1200),
    specialty_6 varchar(1200),
    license_state_1 varchar(128),
    license_state_2 varchar(128),
    license_state_3 varchar(128),
    license_state_4 varchar(128),
    license_state_5 varchar(128),
    records bigint not null
)
diststyle key distkey (profile_id)
compound sortkey (program_year, profile_id);
