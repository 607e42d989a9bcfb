using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>What a fallback changes in the options of a request; each starts from what the caller gave.</summary>
internal sealed class FallbackRewrite
{
    private readonly FallbackOptions _options;

    private FallbackRewrite(string group, FallbackOptions options)
    {
        _options = options;
        var changes = new List<string>();
        Note(changes, group, "temperature", options.Temperature?.ToString(CultureInfo.InvariantCulture));
        Note(changes, group, "top_p", options.TopP?.ToString(CultureInfo.InvariantCulture));
        Note(changes, group, "max_output_tokens", options.MaxOutputTokens?.ToString(CultureInfo.InvariantCulture));
        foreach ((string name, string value) in options.Extra)
        {
            Note(changes, group, name, value);
        }

        if (options.Rewrite is not null)
        {
            changes.Add($"options: rewritten for the fallback '{group}'");
        }

        Changes = changes;
    }

    /// <summary>What is done, for the route.</summary>
    public IReadOnlyList<string> Changes { get; }

    /// <summary>Null when nothing is to be changed.</summary>
    public static FallbackRewrite? Of(string group, FallbackOptions options)
    {
        var rewrite = new FallbackRewrite(group, options);
        return rewrite.Changes.Count == 0 ? null : rewrite;
    }

    public ChatOptions Apply(ChatOptions? options)
    {
        ChatOptions changed = options?.Clone() ?? new ChatOptions();
        changed.Temperature = _options.Temperature ?? changed.Temperature;
        changed.TopP = _options.TopP ?? changed.TopP;
        changed.MaxOutputTokens = _options.MaxOutputTokens ?? changed.MaxOutputTokens;
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        _options.Rewrite?.Invoke(changed);
        return changed;
    }

    public TextCompletionOptions Apply(TextCompletionOptions? options)
    {
        TextCompletionOptions changed = options?.Clone() ?? new TextCompletionOptions();
        changed.Temperature = _options.Temperature ?? changed.Temperature;
        changed.TopP = _options.TopP ?? changed.TopP;
        changed.MaxOutputTokens = _options.MaxOutputTokens ?? changed.MaxOutputTokens;
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public EmbeddingGenerationOptions Apply(EmbeddingGenerationOptions? options)
    {
        EmbeddingGenerationOptions changed = options?.Clone() ?? new EmbeddingGenerationOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public RerankOptions Apply(RerankOptions? options)
    {
        RerankOptions changed = options?.Clone() ?? new RerankOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public ModerationOptions Apply(ModerationOptions? options)
    {
        ModerationOptions changed = options?.Clone() ?? new ModerationOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public ImageGenerationOptions Apply(ImageGenerationOptions? options)
    {
        ImageGenerationOptions changed = options?.Clone() ?? new ImageGenerationOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public TextToSpeechOptions Apply(TextToSpeechOptions? options)
    {
        TextToSpeechOptions changed = options?.Clone() ?? new TextToSpeechOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    public SpeechToTextOptions Apply(SpeechToTextOptions? options)
    {
        SpeechToTextOptions changed = options?.Clone() ?? new SpeechToTextOptions();
        changed.AdditionalProperties = WithExtra(changed.AdditionalProperties);
        return changed;
    }

    private static void Note(List<string> changes, string group, string name, string? value)
    {
        if (value is not null)
        {
            changes.Add($"{name}: {value} for the fallback '{group}'");
        }
    }

    private AdditionalPropertiesDictionary? WithExtra(AdditionalPropertiesDictionary? properties)
    {
        foreach ((string name, string value) in _options.Extra)
        {
            // A setting of the configuration is text; models are told numbers and switches as such.
            (properties ??= [])[name] =
                bool.TryParse(value, out bool flag) ? flag
                : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
                : value;
        }

        return properties;
    }
}
