-- One row per company, with its canonical name. Thousands of rows: on every node.
create table if not exists open_payments.companies_dim (
    company_id varchar(64) not null,
    canonical_name varchar(800),
    company_state varchar(128),
    company_country varchar(400),
    name_variants bigint not null,
    records bigint not null,
    first_year integer not null,
    last_year integer not null,
    first_publication date not null,
    last_publication date not null
)
diststyle all
sortkey (company_id);
