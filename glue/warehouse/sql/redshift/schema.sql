-- All tables and views of the warehouse. No primary or foreign keys: Redshift uses them for planning but does not enforce them.
create schema if not exists open_payments;
