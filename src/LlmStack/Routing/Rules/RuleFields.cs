using System.Globalization;

namespace LlmStack.Routing.Rules;

/// <summary>What conditions may ask about, by name.</summary>
internal static class RuleFields
{
    private const string MetadataPrefix = "metadata.";
    private const string OptionPrefix = "option.";

    private static readonly Dictionary<string, TextField> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["model"] = static (in RouteRequest request, int index) => Only(request.RequestedName, index),
        ["operation"] = static (in RouteRequest request, int index) => Only(NameOf(request.Operation), index),
        ["user"] = static (in RouteRequest request, int index) => Only(request.Context.UserId, index),
        ["team"] = static (in RouteRequest request, int index) => Only(request.Context.Team, index),
        ["project"] = static (in RouteRequest request, int index) => Only(request.Context.Project, index),
        ["key"] = static (in RouteRequest request, int index) => Only(request.Context.Key, index),
        ["session"] = static (in RouteRequest request, int index) => Only(request.Context.SessionId, index),
        ["feature"] = static (in RouteRequest request, int index) => Only(request.Context.Feature, index),
        ["route"] = static (in RouteRequest request, int index) => Only(request.Context.Route, index),
        ["experiment"] = static (in RouteRequest request, int index) => Only(request.Context.Experiment, index),
        ["promptVariant"] = static (in RouteRequest request, int index) => Only(request.Context.PromptVariant, index),
        ["surface"] = static (in RouteRequest request, int index) => Only(request.Context.Surface, index),
        ["queryType"] = static (in RouteRequest request, int index) => Only(request.Context.QueryType, index),
        ["rankingPipeline"] = static (in RouteRequest request, int index) => Only(request.Context.RankingPipeline, index),
        ["region"] = static (in RouteRequest request, int index) => Only(request.Routing?.Region, index),
        ["tag"] = static (in RouteRequest request, int index) => request.Routing?.Tags is { } tags && index < tags.Count ? tags[index] : null,
        ["traceTag"] = static (in RouteRequest request, int index) => index < request.Context.Tags.Length ? request.Context.Tags[index] : null,
    };

    private static readonly Dictionary<string, NumberField> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["tokens"] = static (in RouteRequest request) => request.EstimatedInputTokens,
        ["messages"] = static (in RouteRequest request) => request.Messages?.Count,
        ["tools"] = static (in RouteRequest request) => request.Options?.Tools?.Count ?? 0,
        ["option.temperature"] = static (in RouteRequest request) => request.Options?.Temperature,
        ["option.topP"] = static (in RouteRequest request) => request.Options?.TopP,
        ["option.maxOutputTokens"] = static (in RouteRequest request) => request.MaxOutputTokens,
    };

    private static readonly Dictionary<string, RequestFeatures> Flags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["streaming"] = RequestFeatures.Streaming,
        ["hasTools"] = RequestFeatures.Tools,
        ["vision"] = RequestFeatures.Vision,
        ["audio"] = RequestFeatures.Audio,
        ["video"] = RequestFeatures.Video,
        ["pdf"] = RequestFeatures.Pdf,
        ["schema"] = RequestFeatures.JsonSchema,
        ["reasoning"] = RequestFeatures.Reasoning,
    };

    /// <summary>For error messages.</summary>
    public static string Names => string.Join(", ", Texts.Keys.Concat(Numbers.Keys).Concat(Flags.Keys).Append(MetadataPrefix + "…").Append(OptionPrefix + "…").Order(StringComparer.OrdinalIgnoreCase));

    public static RequestFeatures? Flag(string name) => Flags.TryGetValue(name, out RequestFeatures feature) ? feature : null;

    public static NumberField? Number(string name) => Numbers.GetValueOrDefault(name);

    public static TextField? Text(string name)
    {
        if (name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && name.Length > MetadataPrefix.Length)
        {
            string key = name[MetadataPrefix.Length..];
            return (in RouteRequest request, int index) => index == 0 && request.Context.Metadata.TryGetValue(key, out string? value) ? value : null;
        }
        if (name.StartsWith(OptionPrefix, StringComparison.OrdinalIgnoreCase) && name.Length > OptionPrefix.Length)
        {
            string key = name[OptionPrefix.Length..];
            return (in RouteRequest request, int index) =>
                index == 0 && request.Options?.AdditionalProperties is { } properties && properties.TryGetValue(key, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
        }
        return Texts.GetValueOrDefault(name);
    }

    private static string? Only(string? text, int index) => index == 0 ? text : null;

    private static string NameOf(LlmOperation operation) => operation switch
    {
        LlmOperation.Embeddings => nameof(LlmOperation.Embeddings),
        LlmOperation.TextCompletion => nameof(LlmOperation.TextCompletion),
        LlmOperation.Rerank => nameof(LlmOperation.Rerank),
        LlmOperation.Moderation => nameof(LlmOperation.Moderation),
        LlmOperation.ImageGeneration => nameof(LlmOperation.ImageGeneration),
        LlmOperation.TextToSpeech => nameof(LlmOperation.TextToSpeech),
        LlmOperation.SpeechToText => nameof(LlmOperation.SpeechToText),
        _ => nameof(LlmOperation.Chat),
    };
}
