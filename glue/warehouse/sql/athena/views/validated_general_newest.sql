-- Validated records of the newest publication of each year. The newest is not recorded anywhere: it is the greatest.
create or replace view op_staging.validated_general_newest as
select v.*
from op_staging.validated_general as v
inner join (
    select year, max(publication) as publication
    from op_staging."validated_general$partitions"
    group by year
) as n on v.year = n.year and v.publication = n.publication;
