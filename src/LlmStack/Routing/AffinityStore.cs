using System.Runtime.InteropServices;
using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>
/// Remembers which deployment served a session, a cached prompt, a tool loop or a conversation. Only successes are remembered; each
/// renews the time. Bounded: the least recently used are forgotten.
/// </summary>
internal sealed class AffinityStore(TimeProvider time, IPinExchange? exchange = null)
{
    /// <summary>The most sessions, prompts, tool calls and conversations remembered together; about 200 bytes each.</summary>
    public const int Capacity = 50_000;

    /// <summary>Sessions and prompts are forgotten after this time without a call, unless the group says otherwise.</summary>
    public static readonly TimeSpan DefaultTime = TimeSpan.FromMinutes(10);

    private const string PromptKeyProperty = "prompt_cache_key";

    private readonly IPinExchange _exchange = exchange ?? NoPinExchange.Instance;
    private readonly BoundedMap<AffinityKey, Pin> _pins = new(Capacity);
    private int _used;

    public int Count => _pins.Count;

    /// <summary>The deployment that a request belongs to.</summary>
    /// <exception cref="LlmException">
    /// <see cref="LlmErrorKind.NoCandidate"/> when the request goes on with a conversation that a provider keeps, and nobody knows which of several deployments has it.
    /// </exception>
    public Affinity Find(ModelGroup group, in RouteRequest request)
    {
        if (request.Options?.ConversationId is { Length: > 0 } conversation)
        {
            return Conversation(group, request, conversation);
        }
        if (request.Routing?.UnsupportedFields != UnsupportedFields.Drop && SealedState.MakerOf(request.Messages) is { } sealer && (group.Members.Length > 1 || group.Members[0].Deployment.Id == sealer))
        {
            return new Affinity(AffinityKind.EncryptedState, sealer);
        }

        // An explicit order ignores pins. While nothing was ever remembered, there is nothing to look for.
        if (Volatile.Read(ref _used) == 0 || request.Routing?.Order is { Count: > 0 })
        {
            return default;
        }
        if (ToolCallOf(request.Messages) is { } call && Find(group, request, ToolLoopKey(request, call)) is { } maker)
        {
            return new Affinity(AffinityKind.ToolLoop, maker);
        }
        AffinityKey key = StickyKey(group, request);
        return key.Kind != AffinityKind.None && Find(group, request, key) is { } deployment ? new Affinity(key.Kind, deployment) : default;
    }

    /// <summary>Remembers who served.</summary>
    public void Served(ModelGroup group, in RouteRequest request, Deployment deployment, string? conversation, string? toolCall, long now)
    {
        if (conversation is not null)
        {
            Set(request, ConversationKey(request, conversation), deployment, now, TimeSpan.FromDays(30));
        }
        if (toolCall is not null)
        {
            Set(request, ToolLoopKey(request, toolCall), deployment, now, TimeSpan.FromHours(1));
        }
        AffinityKey key = StickyKey(group, request);
        if (key.Kind == AffinityKind.Session || (key.Kind == AffinityKind.PromptCache && CachesCheaply(deployment.Price)))
        {
            Set(request, key, deployment, now, group.StickyFor);
        }
    }

    /// <summary>Another machine has served; what is remembered longer already stays.</summary>
    public void Adopt(in SharedPin shared)
    {
        long until = time.GetTimestamp() + Ticks(shared.Keep);
        Pin pin = _pins.GetOrAdd(shared.Key, static _ => new Pin());
        if (until > pin.Until)
        {
            Volatile.Write(ref _used, 1);
            pin.Deployment = shared.Deployment;
            pin.Until = pin.Told = until;
        }
    }

    /// <summary>What is remembered now, for a store that has forgotten it.</summary>
    public IEnumerable<SharedPin> All()
    {
        long now = time.GetTimestamp();
        foreach ((AffinityKey key, Pin pin) in _pins.All)
        {
            if (pin.Until > now)
            {
                yield return new SharedPin(key, pin.Deployment, time.GetElapsedTime(now, pin.Until));
            }
        }
    }

    private Affinity Conversation(ModelGroup group, in RouteRequest request, string conversation)
    {
        if (Find(group, request, ConversationKey(request, conversation)) is { } holder)
        {
            return new Affinity(AffinityKind.Conversation, holder);
        }
        return group.Members.Length <= 1 || request.Routing?.Only is { Count: 1 }
            ? default
            : throw new LlmException(LlmErrorKind.NoCandidate, $"Nobody knows which of the {group.Members.Length} deployments of '{group.Name}' holds the conversation '{conversation}'; allowed is a conversation that an answer of this process named, or the deployment in RoutingOptions.Only.");
    }

    /// <summary>What was remembered last under the credentials that this caller uses at the members' providers.</summary>
    private string? Find(ModelGroup group, in RouteRequest request, in AffinityKey key)
    {
        Pin? latest = Find(key, request.Timestamp);
        foreach (ProviderEntry provider in group.CallerProviders)
        {
            if (CredentialOf(provider, request.Context) is { } credential
                && Find(key with { Credential = credential }, request.Timestamp) is { } own
                && (latest is null || own.Until > latest.Until))
            {
                latest = own;
            }
        }
        return latest?.Deployment;
    }

    private Pin? Find(in AffinityKey key, long now) => _pins.Find(key) is { } pin && pin.Until > now ? pin : null;

    /// <summary>The credential that separates callers at a provider; null where all use the provider's own, or it cannot be told, which the attempt will say.</summary>
    private static string? CredentialOf(ProviderEntry? provider, LlmContext context)
    {
        if (provider is not { TakesCallerCredentials: true })
        {
            return null;
        }
        try
        {
            return provider.Credentials.For(context)[0].Id;
        }
        catch (LlmException)
        {
            return null;
        }
    }

    private void Set(in RouteRequest request, in AffinityKey key, Deployment deployment, long now, TimeSpan keep)
    {
        Volatile.Write(ref _used, 1);
        AffinityKey own = key with { Credential = CredentialOf(deployment.ProviderEntry, request.Context) };
        Pin pin = _pins.GetOrAdd(own, static _ => new Pin());
        bool moved = pin.Deployment != deployment.Id;
        pin.Deployment = deployment.Id;
        pin.Until = now + Ticks(keep);

        // Others need not hear of every call of a session: only before they would forget it.
        if (_exchange.SharesPins && (moved || pin.Until - pin.Told > Ticks(keep) / 2))
        {
            pin.Told = pin.Until;
            _exchange.Pinned(new SharedPin(own, deployment.Id, keep));
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static AffinityKey ConversationKey(in RouteRequest request, string id) => new(AffinityKind.Conversation, TenantOf(request.Context), "", id, null);

    private static AffinityKey ToolLoopKey(in RouteRequest request, string id) => new(AffinityKind.ToolLoop, TenantOf(request.Context), "", id, null);

    private static AffinityKey StickyKey(ModelGroup group, in RouteRequest request)
    {
        switch (request.Routing?.Stickiness ?? group.Stickiness)
        {
            case Stickiness.Session when request.Context.SessionId is { } session:
                return new AffinityKey(AffinityKind.Session, TenantOf(request.Context), group.Name, session, null);
            case Stickiness.PromptCache when request.Options?.AdditionalProperties?.TryGetValue(PromptKeyProperty, out object? own) == true && own is string key:
                return new AffinityKey(AffinityKind.PromptCache, TenantOf(request.Context), group.Name, key, null);
            case Stickiness.PromptCache when PrefixOf(request.Messages) is not 0 and var prefix:
                return new AffinityKey(AffinityKind.PromptCache, TenantOf(request.Context), group.Name, null, null, prefix);
            default:
                return default;
        }
    }

    /// <summary>What is the same in every call of a conversation: its instructions and its first question.</summary>
    private static ulong PrefixOf(IReadOnlyList<ChatMessage>? messages)
    {
        ulong prefix = 0;
        for (int i = 0; i < (messages?.Count ?? 0); i++)
        {
            ChatMessage message = messages![i];
            prefix = Hash(prefix, message.Text);
            if (message.Role == ChatRole.User)
            {
                return prefix | 1;
            }
        }
        return 0;
    }

    /// <summary>The same in every process, unlike the hash codes of strings, so that machines can tell each other. Not against an enemy: who makes two prompts equal moves his own calls.</summary>
    private static ulong Hash(ulong seed, ReadOnlySpan<char> text)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        ulong hash = (seed ^ (ulong)text.Length) * Prime;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<char, ulong>(text);
        foreach (ulong word in words)
        {
            hash = (hash ^ word) * Prime;
            hash ^= hash >> 29;
        }
        foreach (char rest in text[(words.Length * 4)..])
        {
            hash = (hash ^ rest) * Prime;
            hash ^= hash >> 29;
        }
        return hash;
    }

    /// <summary>The call whose result was sent last; null unless the conversation ends with results of tools.</summary>
    private static string? ToolCallOf(IReadOnlyList<ChatMessage>? messages)
    {
        if (messages is null || messages.Count == 0)
        {
            return null;
        }
        IList<AIContent> contents = messages[^1].Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionResultContent result)
            {
                return result.CallId;
            }
        }
        return null;
    }

    /// <summary>Where reading from the cache saves nothing, staying saves nothing.</summary>
    private static bool CachesCheaply(ModelPrice? price) => price is null || (price.CacheReadPerMillion is { } read && read < price.InputPerMillion);

    private static string? TenantOf(LlmContext context) => context.Project ?? context.Team ?? context.Key ?? context.UserId;

    private sealed class Pin
    {
        private string _deployment = "";
        private long _until;

        /// <summary>Until when other machines remember it.</summary>
        public long Told { get; set; }

        public string Deployment
        {
            get => Volatile.Read(ref _deployment);
            set => Volatile.Write(ref _deployment, value);
        }

        public long Until
        {
            get => Volatile.Read(ref _until);
            set => Volatile.Write(ref _until, value);
        }
    }
}
