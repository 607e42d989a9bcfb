using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>A group as an <see cref="IModerator"/>.</summary>
internal sealed class ModeratorAdapter(ILlmClient client, string model) : IModerator
{
    private readonly GroupRunner _group = new(client, model);

    public Task<ModerationResponse> ModerateAsync(IEnumerable<string> texts, ModerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        IReadOnlyList<string> list = texts as IReadOnlyList<string> ?? [.. texts];
        CallArguments.CheckTexts(list, nameof(texts));
        RoutingOptions? routing = Take(ref options);
        return _group.CallAsync<ModerationOperation, ModerationResponse>(new ModerationOperation(list, null, options), null, routing, cancellationToken);
    }

    public Task<ModerationResponse> ModerateAsync(IEnumerable<AIContent> contents, ModerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(contents);
        IReadOnlyList<AIContent> list = contents as IReadOnlyList<AIContent> ?? [.. contents];
        if (list.Count == 0)
        {
            throw CallArguments.Invalid("contents is empty; it needs at least one text or image.");
        }

        for (int i = 0; i < list.Count; i++)
        {
            if (!IsTextOrImage(list[i]))
            {
                throw CallArguments.Invalid($"contents[{i}] is {NameOf(list[i])}; allowed are texts, and images as data or address.");
            }
        }

        RoutingOptions? routing = Take(ref options);
        return _group.CallAsync<ModerationOperation, ModerationResponse>(new ModerationOperation(null, list, options), null, routing, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => _group.GetService(this, null, serviceType, serviceKey);

    private static bool IsTextOrImage(AIContent? content) => content switch
    {
        DataContent data => data.HasTopLevelMediaType("image"),
        UriContent uri => uri.HasTopLevelMediaType("image"),
        _ => content is TextContent,
    };

    private static string NameOf(AIContent? content) => content switch
    {
        null => "null",
        DataContent data => $"a {nameof(DataContent)} of media type '{data.MediaType}'",
        UriContent uri => $"a {nameof(UriContent)} of media type '{uri.MediaType}'",
        _ => $"a {content.GetType().Name}",
    };

    private static RoutingOptions? Take(ref ModerationOptions? options) =>
        CallArguments.TakeRouting(ref options, static given => given.AdditionalProperties, static given => given.Clone());
}
