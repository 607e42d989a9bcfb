using LlmStack.Routing;

namespace LlmStack.Configuration;

/// <summary>Checks background probes.</summary>
internal static class ProbeValidation
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public static void Validate(string path, ProbeOptions? probe, OptionsProblems problems)
    {
        if (probe is null)
        {
            return;
        }

        if (probe.Interval < Shortest || probe.Interval > TimeSpan.FromDays(1))
        {
            problems.Add($"{path}:{nameof(probe.Interval)}", probe.Interval, "a time, 1 s to 1 day");
        }

        if (probe.Timeout <= TimeSpan.Zero || probe.Timeout > probe.Interval)
        {
            problems.Add($"{path}:{nameof(probe.Timeout)}", probe.Timeout, $"a time, more than 0 and not longer than {nameof(probe.Interval)} ({probe.Interval})");
        }

        if (!Enum.IsDefined(probe.Kind))
        {
            problems.Add($"{path}:{nameof(probe.Kind)}", probe.Kind, string.Join(", ", Enum.GetNames<ProbeKind>()));
        }
    }
}
