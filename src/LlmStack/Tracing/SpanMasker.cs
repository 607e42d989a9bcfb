using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace LlmStack.Tracing;

/// <summary>Masks finished spans and scores, field by field, and fails closed.</summary>
internal sealed class SpanMasker(MaskingOptions options)
{
    public const string FailedText = "[masking failed]";
    private static readonly byte[] FailedJson = "\"[masking failed]\""u8.ToArray();

    private readonly TextMasker _masker = new(options.Detect, [.. options.Functions]);
    private readonly bool _rewrites = options.Detect != SensitiveData.None || options.Functions.Count > 0;
    private readonly ConditionalWeakTable<LlmContext, LlmContext> _contexts = [];
    private long _failures;

    /// <summary>Fields that could not be masked and were replaced as a whole.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Masks a span that nobody writes to any more.</summary>
    public void Mask(SpanRecord record)
    {
        MaskContent(record, MaskedField.Input, options.Input);
        MaskContent(record, MaskedField.Output, options.Output);
        record.StatusMessage = Text(record.StatusMessage, MaskedField.StatusMessage, options.StatusMessage, cutAt: TraceLimits.MaxStatusMessage);
        MaskMetadata(record);
        record.Context = ContextOf(record.Context);
    }

    public ScoreData Mask(in ScoreData score) => options.Scores == MaskedFieldPolicy.Keep
        ? score
        : score with
        {
            Comment = Text(score.Comment, MaskedField.Score, options.Scores),

            // A category is one of a few names; without it the score would be none.
            StringValue = score.DataType == ScoreDataType.Categorical ? score.StringValue : Text(score.StringValue, MaskedField.Score, options.Scores) ?? (score.StringValue is null ? null : "[removed]"),
        };

    private void MaskContent(SpanRecord record, MaskedField field, MaskedFieldPolicy policy)
    {
        SpanContent content = record.Content(field);
        if (content.IsEmpty || policy == MaskedFieldPolicy.Keep)
        {
            return;
        }

        if (policy == MaskedFieldPolicy.Remove)
        {
            content.Clear();
            record.DropMedia(field);
            return;
        }

        if (!_rewrites)
        {
            return;
        }

        content.Seal();
        ContentBuffer result = ContentBufferPool.Rent(content.Limit);
        try
        {
            if (content.IsTruncated)
            {
                content.RewritePreview(result, text => _masker.Mask(WithoutCutWord(text), field));
            }
            else if (JsonMask.TryRewrite(content.Json, result, _masker, field))
            {
                content.Set(result);
            }
        }
        catch (Exception)
        {
            // Whatever went wrong, what could not be masked does not go out.
            Interlocked.Increment(ref _failures);
            content.Set(FailedJson);
            record.DropMedia(field);
        }
        finally
        {
            ContentBufferPool.Return(result);
        }
    }

    private void MaskMetadata(SpanRecord record)
    {
        if (record.Metadata is not { Count: > 0 } metadata || options.Metadata == MaskedFieldPolicy.Keep)
        {
            return;
        }

        if (options.Metadata == MaskedFieldPolicy.Remove)
        {
            metadata.Clear();
            return;
        }

        for (int i = 0; i < metadata.Count; i++)
        {
            string masked = Text(metadata[i].Value, MaskedField.Metadata, MaskedFieldPolicy.Mask)!;
            if (!ReferenceEquals(masked, metadata[i].Value))
            {
                metadata[i] = new(metadata[i].Key, masked);
            }
        }
    }

    /// <summary>A masked copy, made once for each context: every span of a trace has the same one, and sinks encode it once.</summary>
    private LlmContext ContextOf(LlmContext context)
    {
        if (options.Labels == MaskedFieldPolicy.Keep || ReferenceEquals(context, LlmContext.Empty))
        {
            return context;
        }

        return _contexts.GetValue(context, original =>
        {
            ImmutableDictionary<string, string>.Builder metadata = original.Metadata.ToBuilder();
            foreach ((string key, string value) in original.Metadata)
            {
                if (Text(value, MaskedField.Label, options.Labels) is { } kept)
                {
                    metadata[key] = kept;
                }
                else
                {
                    metadata.Remove(key);
                }
            }

            ImmutableArray<string>.Builder tags = ImmutableArray.CreateBuilder<string>();
            foreach (string tag in original.Tags.IsDefault ? [] : original.Tags)
            {
                if (Text(tag, MaskedField.Label, options.Labels) is { } kept)
                {
                    tags.Add(kept);
                }
            }

            return original with { UserId = Text(original.UserId, MaskedField.Label, options.Labels), Metadata = metadata.ToImmutable(), Tags = tags.ToImmutable(), Cache = null };
        });
    }

    private string? Text(string? text, MaskedField field, MaskedFieldPolicy policy, int cutAt = int.MaxValue)
    {
        if (text is null || policy == MaskedFieldPolicy.Keep)
        {
            return text;
        }

        if (policy == MaskedFieldPolicy.Remove)
        {
            return null;
        }

        if (!_rewrites)
        {
            return text;
        }

        try
        {
            return _masker.Mask(text.Length >= cutAt - 1 ? WithoutCutWord(text) : text, field);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref _failures);
            return FailedText;
        }
    }

    /// <summary>Half of a key is not recognised as one, so the word at which a text was cut goes with the rest.</summary>
    private static string WithoutCutWord(string text)
    {
        const int Longest = 1024;
        int end = text.Length;
        while (end > 0 && text.Length - end < Longest && !char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }
}
