namespace LlmStack.Configuration;

/// <summary>Checks what traces contain and where they go.</summary>
internal static class TracingValidation
{
    private const string TracingPath = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Tracing);
    private const int SmallestSegment = 64 * 1024;
    private const int LargestSegment = 1024 * 1024 * 1024;
    private const string LangfusePath = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Langfuse);

    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        problems.Between($"{LlmStackOptions.SectionName}:{nameof(options.RecentCalls)}", options.RecentCalls, 0, 10_000);
        TracingOptions tracing = options.Tracing;
        problems.Share($"{TracingPath}:{nameof(tracing.SampleRate)}", tracing.SampleRate);
        problems.AtLeast($"{TracingPath}:{nameof(tracing.MaxContentBytes)}", tracing.MaxContentBytes, 1024);
        if (tracing.Environment is { } environment && !IsEnvironment(environment))
        {
            problems.Add($"{TracingPath}:{nameof(tracing.Environment)}", environment, "1 to 40 of a-z (capitals are lowered), 0-9, '-' and '_', not starting with 'langfuse'");
        }

        Langfuse(options.Langfuse, problems);
    }

    private static void Langfuse(LangfuseOptions langfuse, OptionsProblems problems)
    {
        if (langfuse.Enabled)
        {
            problems.Address($"{LangfusePath}:{nameof(langfuse.BaseUrl)}", langfuse.BaseUrl);
            if (string.IsNullOrWhiteSpace(langfuse.PublicKey) != string.IsNullOrWhiteSpace(langfuse.SecretKey))
            {
                string missing = string.IsNullOrWhiteSpace(langfuse.PublicKey) ? nameof(langfuse.PublicKey) : nameof(langfuse.SecretKey);
                problems.Say($"{LangfusePath}:{missing}", "is missing while the other key is set; allowed: both keys, or neither");
            }
        }

        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxQueuedSpans)}", langfuse.MaxQueuedSpans, 16);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxQueuedBytes)}", langfuse.MaxQueuedBytes, 64 * 1024);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxBatchSpans)}", langfuse.MaxBatchSpans, 1);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxBatchBytes)}", langfuse.MaxBatchBytes, 16 * 1024);
        problems.Positive($"{LangfusePath}:{nameof(langfuse.FlushInterval)}", langfuse.FlushInterval);
        problems.Positive($"{LangfusePath}:{nameof(langfuse.RequestTimeout)}", langfuse.RequestTimeout);
        problems.Positive($"{LangfusePath}:{nameof(langfuse.MaxRetryAge)}", langfuse.MaxRetryAge);
        problems.Positive($"{LangfusePath}:{nameof(langfuse.ShutdownTimeout)}", langfuse.ShutdownTimeout);
        Spool(langfuse.Spool, problems);
    }

    private static void Spool(SpoolOptions spool, OptionsProblems problems)
    {
        const string Path = $"{LangfusePath}:{nameof(LangfuseOptions.Spool)}";
        if (spool.Directory is { } directory && (string.IsNullOrWhiteSpace(directory) || directory.Contains('\0', StringComparison.Ordinal)))
        {
            problems.Add($"{Path}:{nameof(spool.Directory)}", directory, "the path of a directory, or nothing for no spool");
        }

        problems.Between($"{Path}:{nameof(spool.SegmentBytes)}", spool.SegmentBytes, SmallestSegment, LargestSegment);
        problems.AtLeast($"{Path}:{nameof(spool.MaxBytes)}", spool.MaxBytes, 4L * Math.Clamp(spool.SegmentBytes, SmallestSegment, LargestSegment));
        problems.Positive($"{Path}:{nameof(spool.MaxAge)}", spool.MaxAge);
        problems.Positive($"{Path}:{nameof(spool.SyncInterval)}", spool.SyncInterval);
    }

    private static bool IsEnvironment(string value)
    {
        if (value.Length is 0 or > 40 || value.StartsWith("langfuse", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (char c in value)
        {
            // Capitals are lowered when it is sent, so that .NET's own "Production" is as good as any.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return true;
    }
}
