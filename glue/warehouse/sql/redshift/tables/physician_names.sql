-- Names under which a recipient was reported, by kind and year. Distributed by recipient, like all variants of people, so joins stay on the node.
create table if not exists open_payments.physician_names (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    profile_id varchar(64) not null,
    first_name varchar(200),
    middle_name varchar(200),
    last_name varchar(200),
    name_suffix varchar(64),
    records bigint not null
)
diststyle key distkey (profile_id)
compound sortkey (program_year, profile_id);
