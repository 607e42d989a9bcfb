using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;

namespace LlmStack.Benchmarks;

/// <summary>How the benchmarks run when nothing else is asked for.</summary>
internal static class BenchmarkSettings
{
    public const string QuickSwitch = "--quick";
    public const string ColdStartJob = "ColdStart";

    public static IConfig Create(bool quick, bool jobFromCommandLine)
    {
        // The default of two minutes is short for a machine that builds something else at the same time.
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance).WithBuildTimeout(TimeSpan.FromMinutes(10));
        if (quick)
        {
            config.AddJob(Job.Default.WithRuntime(CoreRuntime.Core10_0).WithLaunchCount(1).WithWarmupCount(3).WithMinIterationCount(6).WithMaxIterationCount(10).WithId("Quick"));
        }

        // A class that brings its own job (cold starts) would otherwise run under the general one as well, where its numbers mean nothing.
        bool general = quick || jobFromCommandLine;
        return general
            ? config.AddFilter(new SimpleFilter(benchmark => jobFromCommandLine
                ? benchmark.Job.Id != ColdStartJob
                : benchmark.Job.Id == ColdStartJob || benchmark.Descriptor.Type != typeof(FirstCallBenchmarks)))
            : config;
    }
}
