-- Names under which a company reported, by kind and year. Thousands of rows: on every node.
create table if not exists open_payments.company_names (
    payment_kind varchar(32) not null,
    program_year integer not null,
    publication date not null,
    company_id varchar(64) not null,
    company_name varchar(800),
    company_state varchar(128),
    company_country varchar(400),
    records bigint not null
)
diststyle all
sortkey (company_id);
