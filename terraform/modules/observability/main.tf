data "aws_caller_identity" "current" {}

locals {
  # A person must look at each metric when it crosses its limit. `missing` says how missing data is treated.
  alarms = {
    dag-failure = {
      metric    = var.metrics.failures
      statistic = "Sum", period = 300, limit = 0, missing = "notBreaching"
      says      = "A task failed for good. The log's line `FAILED year=… reason=…` says which; see the dashboard."
    }
    reject-share = {
      metric    = var.metrics.rejects
      statistic = "Maximum", period = 86400, limit = var.most_rejected, missing = "notBreaching"
      says      = "An unusually large share of a year's records is held back. The gate holds a year at 5 %. The query `rejects_by_rule` in Athena shows which rules they break."
    }
    null-drift = {
      metric    = var.metrics.null_drift
      statistic = "Maximum", period = 86400, limit = var.most_null_drift, missing = "notBreaching"
      says      = "A column is blank more often than in the previous publication: the log of `curate` names it, and the query `null_drift` in Athena shows other years."
    }
    freshness = {
      metric    = var.metrics.age
      statistic = "Maximum", period = 86400, limit = var.oldest_days, missing = "breaching"
      says      = "Nothing has been published for more than a year, or the metric is missing: check that Airflow's machine is up."
    }
  }
}

################################################################################
# Recipients
################################################################################

resource "aws_sns_topic" "this" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.key_arn
  tags              = var.tags
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudgetsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "this" {
  for_each = toset(var.emails)

  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.value
}

################################################################################
# Alarms
################################################################################

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = var.metrics.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.limit
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
  tags                = var.tags
}

################################################################################
# Dashboard
################################################################################

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [
        for at, alarm in keys(local.alarms) : {
          type = "metric", x = (at % 2) * 12, y = floor(at / 2) * 6, width = 12, height = 6
          properties = {
            title       = alarm
            region      = var.region
            stat        = local.alarms[alarm].statistic
            period      = local.alarms[alarm].period
            metrics     = [[var.metrics.namespace, local.alarms[alarm].metric]]
            annotations = { horizontal = [{ label = "alarm", value = local.alarms[alarm].limit }] }
          }
        }
      ],
      [
        for at, group in [var.airflow_log_group, var.host_log_group] : {
          type = "log", x = 0, y = 12 + at * 6, width = 24, height = 6
          properties = {
            title  = at == 0 ? "Airflow: failures" : "The host: refusals and errors"
            region = var.region
            query  = "SOURCE '${group}' | fields @timestamp, @message | filter @message like /${at == 0 ? "FAILED year=" : "error|refused"}/ | sort @timestamp desc | limit 50"
          }
        }
      ],
    )
  })
}

################################################################################
# Budget
################################################################################

resource "aws_budgets_budget" "this" {
  count = var.budget_usd == null ? 0 : 1

  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = var.tags

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      comparison_operator       = "GREATER_THAN"
      subscriber_sns_topic_arns = [aws_sns_topic.this.arn]
    }
  }
}
