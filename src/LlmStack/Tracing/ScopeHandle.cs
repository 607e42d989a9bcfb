using LlmStack.Catalog;
using LlmStack.Routing;
using LlmStack.Tracing.Media;
using Microsoft.Extensions.AI;

namespace LlmStack.Tracing;

/// <summary>What both public scopes do: reach their span's record through its version, and nothing once that has moved on.</summary>
internal readonly struct ScopeHandle(LlmTracer? tracer, SpanRecord? record, AmbientScope? ambient)
{
    private readonly int _version = record?.Version ?? 0;

    public SpanRecord? Record => record;

    public AmbientScope? Scope => ambient;

    public TraceId TraceId => ambient?.TraceId ?? default;

    public SpanId SpanId => ambient?.SpanId ?? default;

    public void SetInput(object? value) => SetContent(value, input: true);

    public void SetOutput(object? value) => SetContent(value, input: false);

    public void SetMetadata(string key, object? value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        if (CanWrite())
        {
            string text = tracer!.Values.ToText(value);
            Write(text, key, static (record, value, name) => record.AddMetadata(name, value));
        }
    }

    public void SetLevel(ObservationLevel level) => Write(level, 0, static (record, value, _) => record.Level = value);

    public void SetStatusMessage(string? message) => Write(message, 0, static (record, value, _) => record.StatusMessage = TraceLimits.Status(value));

    public void SetModel(string? model) => Write(model, 0, static (record, value, _) => record.Model = value);

    public void SetOptions(ChatOptions? options) => Write(options, 0, static (record, value, _) => record.Options = value);

    public void SetPrompt(PromptReference? prompt) => Write(prompt, 0, static (record, value, _) => record.Prompt = value);

    public void SetCost(decimal? cost) => Write(cost, 0, static (record, value, _) => record.Billing = value is null ? null : new BillingTerms { ReportedCost = value });

    public void SetFirstToken(DateTimeOffset? time) =>
        Write(time, 0, static (record, value, _) => record.FirstTokenUnixNanos = value is { } at ? (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick : 0);

    public void AddEvent(string name, object? input, object? output, ObservationLevel level)
    {
        if (tracer is null || ambient is { IsClosed: true })
        {
            LlmTracer.CountMisuse();
        }
        else if (ambient is { HasTrace: true })
        {
            tracer.AddEvent(ambient, name, input, output, level);
        }
    }

    public void SetUsage(UsageDetails? usage) => Write(usage, 0, static (record, value, _) => record.Usage = value);

    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        Write(exception, 0, static (record, failure, _) =>
        {
            if (failure is OperationCanceledException)
            {
                record.StatusMessage ??= "cancelled";
                return;
            }

            record.Level = ObservationLevel.Error;
            record.StatusMessage = TraceLimits.Status(failure.Message);
            record.ErrorType = failure is LlmException llm ? ErrorKindTraits.NameOf(llm.Kind) : failure.GetType().FullName;
        });
    }

    public ScopeHandle StartSpan(string name, ObservationType type, SpanOptions? options = null)
    {
        if (tracer is null)
        {
            LlmTracer.CountMisuse();
            return default;
        }

        if (ambient is null)
        {
            return tracer.StartSpan(name, type, options).Handle;
        }

        if (ambient.IsClosed)
        {
            LlmTracer.CountMisuse();
            return default;
        }

        return tracer.StartSpan(ambient, name, type, options);
    }

    public void Score(string name, ScoreDataType type, double value, string? text, string? comment, bool ofTrace)
    {
        if (!CanWrite(withoutRecord: true) || !ambient!.HasTrace)
        {
            return;
        }

        tracer!.Score(
            new ScoreData { Name = name, DataType = type, Value = value, StringValue = text, Comment = comment, Project = ambient.Context.Project, TraceId = ambient.TraceId, ObservationId = ofTrace ? null : ambient.SpanId },
            ambient.Sampled);
    }

    public Uri? Url => tracer is not null && ambient is { HasTrace: true } ? tracer.GetTraceUrl(ambient.TraceId, ambient.Context.Project) : null;

    /// <summary>Ends it, and waits for the trace to leave when it was its top span and the options ask for that.</summary>
    public ValueTask DisposeAsync()
    {
        bool top = record is not null && record.Version == _version && record is { IsTop: true, Sampled: true };
        Dispose();
        return top ? tracer!.ExportAsync() : ValueTask.CompletedTask;
    }

    public void Dispose() => End(null);

    public void End(DateTimeOffset? endTime)
    {
        if (ambient is null)
        {
            if (tracer is null)
            {
                LlmTracer.CountMisuse();
            }

            return;
        }

        if (!ambient.Close())
        {
            LlmTracer.CountMisuse();
            return;
        }

        if (record is not null)
        {
            tracer!.EndScope(record, _version, endTime);
        }
    }

    private bool CanWrite(bool withoutRecord = false)
    {
        if (tracer is null || ambient is { IsClosed: true })
        {
            LlmTracer.CountMisuse();
            return false;
        }

        return record is not null || (withoutRecord && ambient is not null);
    }

    private void SetContent(object? value, bool input)
    {
        if (!CanWrite() || !record!.IsEnabled)
        {
            return;
        }

        // Written before the lock is taken: a user's converter must never run under it.
        MediaExtractor? extractor = ambient!.Sampled ? tracer!.Extractor : null;
        ContentBuffer buffer = ContentBufferPool.Rent(extractor is null ? tracer!.MaxContentBytes : Math.Max(tracer!.MaxContentBytes, extractor.MaxJsonBytes));
        tracer.Values.Write(buffer, value);
        List<MediaItem>? media = null;
        if (extractor is not null)
        {
            ContentBuffer rest = ContentBufferPool.Rent(tracer.MaxContentBytes);
            if (extractor.TryExtract(buffer.Written, input ? MediaField.Input : MediaField.Output, rest, ref media))
            {
                ContentBufferPool.Return(buffer);
                buffer = rest;
            }
            else
            {
                ContentBufferPool.Return(rest);
            }
        }

        if (input)
        {
            Write(buffer, media, static (record, json, files) => record.TakeInput(json, files));
        }
        else
        {
            Write(buffer, media, static (record, json, files) => record.TakeOutput(json, files));
        }

        ContentBufferPool.Return(buffer);
    }

    private void Write<T, TExtra>(T value, TExtra extra, Action<SpanRecord, T, TExtra> write)
    {
        if (!CanWrite())
        {
            return;
        }

        lock (record!)
        {
            if (record.Version == _version)
            {
                write(record, value, extra);
                return;
            }
        }

        LlmTracer.CountMisuse();
    }
}
