"""From NannyML to mmon.

What is what
------------
reference period, analysis period
    ``reference``, ``production``.
timestamp_column_name, chunk_period, chunk_size
    ``columns.timestamp``, ``windows.every``, ``windows.rows``.
chunk_number
    none: take ``windows.rows``.
y_true, y_pred, y_pred_proba, problem_type
    ``columns.target``, ``columns.prediction``, ``columns.score`` or ``columns.scores``, ``task``.
targets that come later
    ``labels``, joined by ``labels.on``.
StandardDeviationThreshold (3 standard deviations of reference chunks)
    thresholds: {ks: {from: history, sigmas: 3}}, of any result, under
    ``analyses.data_drift.thresholds.from`` and ``analyses.data_drift.thresholds.sigmas``.
ConstantThreshold(lower, upper)
    ``analyses.model_performance.thresholds.min``, ``analyses.model_performance.thresholds.max``.
alert
    a result that is ``detected``; ``fail_on`` is what makes the exit status 1.
Store, the runner, the scheduler
    ``history``, and a cron job with ``mmon run``.
sampling error
    the interval of every result, and ``inconclusive`` where rows are too few.

Calculators
-----------
UnivariateDriftCalculator: kolmogorov_smirnov, jensen_shannon, wasserstein, hellinger, chi2,
l_infinity
    ``ks``, ``jensen_shannon``, ``wasserstein``, ``hellinger``, ``chi_square``, ``l_infinity``.
DataReconstructionDriftCalculator (PCA)
    ``reconstruction``.
DomainClassifierCalculator
    ``domain_classifier``.
MissingValuesCalculator, UnseenValuesCalculator, NumericalRangeCalculator
    ``missing_share``, ``unseen_share``, ``out_of_range_share``.
SummaryStatsAvgCalculator, -Std, -Median, -Sum, -RowCount
    ``mean_shift``, ``rows``; any other one as ``applications.sql``.
PerformanceCalculator
    ``roc_auc``, ``f1``, ``precision``, ``recall``, ``specificity``, ``accuracy``,
    ``average_precision``, ``business_value``; ``mae``, ``mape``, ``mse``, ``rmse``, ``rmsle``.
CBPE (estimated performance without labels)
    ``estimated_roc_auc``, ``estimated_f1``, ``estimated_accuracy`` and so on; they decide with
    ``analyses.model_performance.estimates.gate``.
DLE (direct loss estimation)
    ``estimated_mae``, ``estimated_mse``, ``estimated_rmse``.
RankerAlert, CorrelationRanker, AlertCountRanker
    reports are sorted, the worst first; ``analyses.data_drift.importance`` weighs columns.
Concept drift (NannyML Cloud: reverse concept drift, magnitude)
    ``concept_shift``, ``change_from_concept``, ``change_from_inputs``.
"""
