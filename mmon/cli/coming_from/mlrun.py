"""From MLRun's model monitoring to mmon.

What is what
------------
project, model endpoint
    ``project``, ``endpoint``.
feature_stats (the training set's statistics)
    ``reference``: rows that the model was not trained on, or a baseline made by ``mmon baseline``.
the parquet target of the monitoring stream
    ``production``, and ``labels`` where the truth comes later.
label_column, prediction in the stream
    ``columns.target``, ``columns.prediction``, ``columns.score``.
base_period (minutes), the schedule of the controller
    ``windows.every``, with ``history``: a run analyses the windows that have closed since the last
    one; a cron job is the schedule.
ResultKindApp
    the same names: data_drift, concept_drift, model_performance, system_performance,
    mm_app_anomaly; data_quality is mmon's own.
ResultStatusApp
    the same names and ``inconclusive``, where rows are too few to tell.
possible_drift 0.5, drift_detected 0.7 (thresholds of a metric)
    ``analyses.data_drift.thresholds``: {total_variation: {potential: 0.1, detected: 0.2}}; a level
    is passed where the change is surely beyond it, not by chance.

Applications
------------
histogram_data_drift (the default application)
    the same formulas, bins and levels: ``applications``: [{class: ``histogram_data_drift``}].
    Each column by itself, tested: ``general_drift``, ``total_variation``, ``hellinger``,
    ``kullback_leibler`` (in one direction, other than MLRun's) under
    ``analyses.data_drift.metrics``.
class MyApp(ModelMonitoringApplicationBase)
    class MyApp(``mmon.Application``), with the same do_tracking(self, context).
ModelMonitoringApplicationResult, ModelMonitoringApplicationMetric
    ``mmon.Result``, ``mmon.Metric``: name, value, kind, status, extra_data; or levels in the place
    of a status.
context.sample_df, reference_df
    the same names; lazy Polars frames: .collect().to_pandas() makes a pandas frame.
context.sample_df_stats, feature_stats, dict_to_histogram, start_infer_time, end_infer_time,
feature_names, label_names, logger
    the same names.
context.log_artifact, log_dataset
    log_artifact(name, body): a Polars frame, PNG, SVG or HTML, which the report shows.
set_model_monitoring_function, deploy_histogram_data_drift_app
    ``applications.class`` and ``applications.args``; ``mmon app new`` writes an example with its
    test, and ``mmon app test`` runs it.
Evidently applications
    see ``mmon explain from-evidently``.

Performance and operations
--------------------------
predictions_per_second, latency_avg, error_count, custom metrics
    ``predictions_per_second``, ``avg_latency`` and ``latency_p95`` with ``columns.latency``,
    ``error_count`` and ``error_rate`` with ``columns.error``.
concept drift (DDM, EDDM, Page-Hinkley of scikit-multiflow)
    ``concept_shift``, ``relation_drift``; the detectors under ``analyses.change_points.detectors``.
"""
