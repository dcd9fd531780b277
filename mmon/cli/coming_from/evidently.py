"""From Evidently to mmon.

What is what
------------
Dataset.from_pandas(reference), current
    ``reference``, ``production``: paths, or frames by mmon.compare in Python.
DataDefinition, ColumnMapping
    ``columns``: target, prediction, score, id, timestamp; ``columns.categorical``,
    ``columns.numeric``, ``columns.text``; kinds that are not named are recognised.
Report, preset
    ``analyses``: all of them run by themselves; null switches one off.
Test, condition (lt=0.1)
    ``analyses.data_drift.thresholds`` and those of the other analyses; ``fail_on`` is what makes
    the exit status 1.
tags, metadata
    ``project``, ``endpoint``.
report.save_html, json
    ``outputs.html``, ``outputs.json``, ``outputs.markdown``.
Workspace, a monitoring dashboard
    ``history``, and ``mmon history``.

Presets
-------
DataDriftPreset(drift_share=0.5)
    ``analyses.data_drift.gate``: share, with ``analyses.data_drift.share``; the share itself is
    ``share_drifted``. By default any column fails.
DataSummaryPreset, DataQualityPreset
    ``missing_share``, ``unseen_share``, ``out_of_range_share``, ``constant``, ``type_change``,
    ``duplicate_share`` with ``analyses.data_quality.duplicates``.
TargetDriftPreset
    ``target_drift``, ``prediction_drift``.
ClassificationPreset, RegressionPreset
    ``analyses.model_performance``, judged by its drop: ``analyses.model_performance.max_drop``.
RecsysPreset, LLM descriptors
    none: an application of your own (``applications.class``).

Drift methods
-------------
ks
    ``ks``; its level is one of the distance, and not of the p-value, which is tested as well.
wasserstein
    ``wasserstein``, in units of the reference's interquartile range, where Evidently divides by its
    standard deviation.
psi, jensenshannon, hellinger, kl_div, TVD, chisquare, anderson, cramer_von_mises, ed
    ``psi``, ``jensen_shannon``, ``hellinger``, ``kullback_leibler``, ``total_variation``,
    ``chi_square``, ``anderson_darling``, ``cramer_von_mises``, ``energy``.
z (two shares), t_test, mannw
    ``total_variation`` of a column of two values, ``mean_shift``, ``cliffs_delta``.
stattest_threshold, num_stattest, cat_stattest, per_column_stattest
    ``analyses.data_drift.metrics``, ``analyses.data_drift.thresholds`` and ``by_column``. The
    p-values of all columns are corrected together; ``alpha`` is their level.
text content drift, embeddings drift
    ``content_classifier``, ``unseen_words``, ``centroid_shift``; ``columns.text``.
domain classifier
    ``domain_classifier``.

Custom metrics
--------------
class MyMetric(Metric)
    class MyApp(``mmon.Application``) under ``applications.class``, or an expression in
    ``applications.sql``.
"""
