delete from open_payments.teaching_hospitals_dim;

copy open_payments.teaching_hospitals_dim from :manifest iam_role default format as parquet manifest fillrecord;
