-- All tables and views of the warehouse. No primary or foreign keys: Redshift plans by them and does not enforce them.
create schema if not exists open_payments;
