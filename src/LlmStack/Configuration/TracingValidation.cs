using LlmStack.Tracing;

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
        problems.Between($"{TracingPath}:{nameof(tracing.MaxBaggageBytes)}", tracing.MaxBaggageBytes, 64, 8_192);
        Fields($"{TracingPath}:{nameof(tracing.RequiredContext)}", tracing.RequiredContext, problems);
        Fields($"{TracingPath}:{nameof(tracing.Baggage)}", tracing.Baggage, problems);
        problems.Positive($"{TracingPath}:{nameof(tracing.ExportTimeout)}", tracing.ExportTimeout);
        if (!Enum.IsDefined(tracing.ExportMode))
        {
            problems.Add($"{TracingPath}:{nameof(tracing.ExportMode)}", tracing.ExportMode, string.Join(", ", Enum.GetNames<ExportMode>()));
        }

        if (tracing.Environment is { } environment && !IsEnvironment(environment))
        {
            problems.Add($"{TracingPath}:{nameof(tracing.Environment)}", environment, "1 to 40 of a-z (capitals are lowered), 0-9, '-' and '_', not starting with 'langfuse'");
        }

        Tail(tracing.Tail, problems);
        Masking(tracing.Masking, problems);
        Langfuse(options.Langfuse, problems);
    }

    private static void Fields(string path, IList<string> names, OptionsProblems problems)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (ContextFields.Find(names[i]) is null)
            {
                problems.Add($"{path}:{i}", names[i], ContextFields.Names);
            }
        }
    }

    private static void Tail(TailSamplingOptions tail, OptionsProblems problems)
    {
        const string Path = TracingPath + ":" + nameof(TracingOptions.Tail);
        problems.Positive($"{Path}:{nameof(tail.KeepSlowerThan)}", tail.KeepSlowerThan);
        problems.Positive($"{Path}:{nameof(tail.MaxAge)}", tail.MaxAge);
        problems.AtLeast($"{Path}:{nameof(tail.MaxSpans)}", tail.MaxSpans, 16);
        problems.AtLeast($"{Path}:{nameof(tail.MaxBytes)}", tail.MaxBytes, 64 * 1024);
        if (tail.KeepCostlierThan is <= 0)
        {
            problems.Add($"{Path}:{nameof(tail.KeepCostlierThan)}", tail.KeepCostlierThan, "US dollars, more than 0");
        }
    }

    private static void Masking(MaskingOptions masking, OptionsProblems problems)
    {
        const string Path = TracingPath + ":" + nameof(TracingOptions.Masking);
        if ((masking.Detect & ~SensitiveData.All) != 0)
        {
            problems.Add($"{Path}:{nameof(masking.Detect)}", masking.Detect, $"{string.Join(", ", Enum.GetNames<SensitiveData>())}, several with commas");
        }

        Policy(nameof(masking.Input), masking.Input);
        Policy(nameof(masking.Output), masking.Output);
        Policy(nameof(masking.Metadata), masking.Metadata);
        Policy(nameof(masking.StatusMessage), masking.StatusMessage);
        Policy(nameof(masking.Scores), masking.Scores);
        Policy(nameof(masking.Labels), masking.Labels);

        void Policy(string name, MaskedFieldPolicy policy)
        {
            if (!Enum.IsDefined(policy))
            {
                problems.Add($"{Path}:{name}", policy, string.Join(", ", Enum.GetNames<MaskedFieldPolicy>()));
            }
        }
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

        foreach ((string id, LangfuseProjectOptions project) in langfuse.Projects)
        {
            Project($"{LangfusePath}:{nameof(langfuse.Projects)}:{id}", project, problems);
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        foreach ((string id, LangfuseProjectOptions project) in langfuse.Projects)
        {
            if (!names.Add(project.Project ?? id))
            {
                problems.Say($"{LangfusePath}:{nameof(langfuse.Projects)}:{id}", $"is for the project '{project.Project ?? id}', as another entry is; allowed: one entry for a project");
            }
        }

        if (!Enum.IsDefined(langfuse.UnknownProjects))
        {
            problems.Add($"{LangfusePath}:{nameof(langfuse.UnknownProjects)}", langfuse.UnknownProjects, string.Join(", ", Enum.GetNames<UnknownProjectHandling>()));
        }

        if (!Enum.IsDefined(langfuse.Format))
        {
            problems.Add($"{LangfusePath}:{nameof(langfuse.Format)}", langfuse.Format, string.Join(", ", Enum.GetNames<LangfuseFormat>()));
        }

        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxQueuedSpans)}", langfuse.MaxQueuedSpans, 16);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxQueuedBytes)}", langfuse.MaxQueuedBytes, 64 * 1024);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxBatchSpans)}", langfuse.MaxBatchSpans, 1);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxBatchBytes)}", langfuse.MaxBatchBytes, 16 * 1024);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxMediaBytes)}", langfuse.MaxMediaBytes, 1024);
        problems.AtLeast($"{LangfusePath}:{nameof(langfuse.MaxQueuedMediaBytes)}", langfuse.MaxQueuedMediaBytes, 64 * 1024);
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

    private static void Project(string path, LangfuseProjectOptions project, OptionsProblems problems)
    {
        if (string.IsNullOrWhiteSpace(project.PublicKey))
        {
            problems.Say($"{path}:{nameof(project.PublicKey)}", "is missing; allowed: the project's public key");
        }

        if (string.IsNullOrWhiteSpace(project.SecretKey))
        {
            problems.Say($"{path}:{nameof(project.SecretKey)}", "is missing; allowed: the project's secret key");
        }

        if (!string.IsNullOrWhiteSpace(project.BaseUrl))
        {
            problems.Address($"{path}:{nameof(project.BaseUrl)}", project.BaseUrl);
        }
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
