using System.Globalization;

namespace LlmStack.Configuration;

/// <summary>The variables that are not plain text, and how they are read.</summary>
internal static class EnvironmentValues
{
    public const string SampleRate = "LANGFUSE_SAMPLE_RATE";
    public const string TracingEnabled = "LANGFUSE_TRACING_ENABLED";
    public const string MediaUploadEnabled = "LANGFUSE_MEDIA_UPLOAD_ENABLED";
    public const string FlushAt = "LANGFUSE_FLUSH_AT";
    public const string FlushInterval = "LANGFUSE_FLUSH_INTERVAL";
    public const string Timeout = "LANGFUSE_TIMEOUT";

    public static bool TryNumber(IEnvironment environment, string name, out double value)
    {
        value = 0;
        return environment.Get(name) is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    public static bool TrySeconds(IEnvironment environment, string name, out TimeSpan value)
    {
        bool known = TryNumber(environment, name, out double seconds) && seconds is > 0 and <= 86_400;
        value = known ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
        return known;
    }

    public static bool TryFlag(IEnvironment environment, string name, out bool value)
    {
        string? text = environment.Get(name);
        value = text is "1" || string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);
        return value || text is "0" || string.Equals(text, "false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A variable that is set and cannot be read is an error: silence would look like the default.</summary>
    public static void Validate(IEnvironment environment, OptionsProblems problems)
    {
        if (environment.Get(SampleRate) is { } rate && !TryNumber(environment, SampleRate, out _))
        {
            problems.Add(SampleRate, rate, "a number from 0 to 1");
        }

        if (environment.Get(TracingEnabled) is { } enabled && !TryFlag(environment, TracingEnabled, out _))
        {
            problems.Add(TracingEnabled, enabled, "true or false");
        }

        if (environment.Get(MediaUploadEnabled) is { } uploads && !TryFlag(environment, MediaUploadEnabled, out _))
        {
            problems.Add(MediaUploadEnabled, uploads, "true or false");
        }

        if (environment.Get(FlushAt) is { } spans && !(TryNumber(environment, FlushAt, out double count) && count is >= 1 and <= int.MaxValue))
        {
            problems.Add(FlushAt, spans, "a number of spans, 1 or more");
        }

        Seconds(environment, FlushInterval, problems);
        Seconds(environment, Timeout, problems);
    }

    private static void Seconds(IEnvironment environment, string name, OptionsProblems problems)
    {
        if (environment.Get(name) is { } text && !TrySeconds(environment, name, out _))
        {
            problems.Add(name, text, "seconds, more than 0 and at most 86400");
        }
    }
}
