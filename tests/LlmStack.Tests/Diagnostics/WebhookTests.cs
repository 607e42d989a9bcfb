using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LlmStack.Diagnostics.Events;
using LlmStack.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Diagnostics;

/// <summary>The webhook against a real server on loopback.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private readonly WatchedTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 8, 0, 0, TimeSpan.Zero));
    private ServiceProvider? _services;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }
    }

    private LlmEventSource Start(Uri address, Action<WebhookOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLlmStack(llm => llm.Configure(o =>
        {
            o.Events.Webhook.Url = address.ToString();

            // Virtual time runs ahead of a real socket.
            o.Events.Webhook.RequestTimeout = TimeSpan.FromDays(1);
            configure?.Invoke(o.Events.Webhook);
        }));
        _services = services.BuildServiceProvider();
        return (LlmEventSource)_services.GetRequiredService<ILlmEvents>();
    }

    private static LlmEvent Event(string subject, LlmEventKind kind = LlmEventKind.HardBudgetRefused) => new()
    {
        Kind = kind,
        Subject = subject,
        Message = "The budget is used up.",
        Scope = "team:search",
        Amount = 10.5m,
        Limit = 10,
    };

    private async Task<IReadOnlyList<string>> ReceivedAsync(RawHttpServer server, int count)
    {
        Task received = server.ReceivedAsync(count);
        while (!received.IsCompleted)
        {
            await Task.WhenAny(received, _time.WaitBeganAsync()).WaitAsync(TimeSpan.FromSeconds(30));

            // The notifier gathers events for seconds; what waits longer is none of its business.
            if (!received.IsCompleted && _time.TryTakeWait(out TimeSpan wait) && wait < TimeSpan.FromMinutes(1))
            {
                _time.Advance(wait);
            }
        }

        return server.Requests;
    }

    private static JsonElement Body(string request) => JsonDocument.Parse(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement.GetProperty("events");

    private static string Header(string request, string name) => request.Split("\r\n").Single(line => line.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..];

    [Fact]
    public async Task Events_are_posted_together_and_signed()
    {
        await using var server = new RawHttpServer(RawReply.Body(204, ""));
        LlmEventSource events = Start(server.Address, static o => o.Secret = "s3cret");
        events.Raise(Event("a"));
        events.Raise(Event("b"));
        await events.IdleAsync();

        string request = (await ReceivedAsync(server, 1))[0];
        Assert.StartsWith("POST /v1 HTTP/1.1", request, StringComparison.Ordinal);
        string body = server.LastBody;
        string expected = Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(Header(request, "X-LlmStack-Timestamp") + "." + body)));
        Assert.Equal("sha256=" + expected, Header(request, "X-LlmStack-Signature"));
        JsonElement first = Body(request)[0];
        Assert.Equal(2, Body(request).GetArrayLength());
        Assert.Equal(("HardBudgetRefused", "a", "team:search", 10.5m, 10m), (first.GetProperty("kind").GetString(), first.GetProperty("subject").GetString(), first.GetProperty("scope").GetString(), first.GetProperty("amount").GetDecimal(), first.GetProperty("limit").GetDecimal()));
    }

    [Fact]
    public async Task Only_the_kinds_that_were_chosen_are_sent_and_repetitions_are_told_at_the_end_of_their_time()
    {
        await using var server = new RawHttpServer(RawReply.Body(204, ""));
        LlmEventSource events = Start(server.Address, static o =>
        {
            o.Kinds["budgets"] = LlmEventKind.HardBudgetRefused;
            o.RepeatInterval = TimeSpan.FromMinutes(1);
        });
        for (int i = 0; i < 4; i++)
        {
            events.Raise(Event("a"));
            events.Raise(Event("b", LlmEventKind.BreakerOpened));
        }

        await events.IdleAsync();
        IReadOnlyList<string> requests = await ReceivedAsync(server, 2);
        JsonElement first = Assert.Single(Body(requests[0]).EnumerateArray());
        JsonElement last = Assert.Single(Body(requests[1]).EnumerateArray());
        Assert.Equal("a", first.GetProperty("subject").GetString());
        Assert.False(first.TryGetProperty("repeated", out _));
        Assert.Equal(("a", 2), (last.GetProperty("subject").GetString(), last.GetProperty("repeated").GetInt32()));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_failing_server_is_asked_again()
    {
        await using var elsewhere = new RawHttpServer(RawReply.Body(204, ""));
        await using var server = new RawHttpServer(i => i switch
        {
            0 => RawReply.Body(503, ""),
            1 => RawReply.Body(204, ""),
            _ => RawReply.Body(307, "", "Location: " + elsewhere.Address),
        });
        LlmEventSource events = Start(server.Address, static o => o.Secret = "s3cret");
        events.Raise(Event("a"));
        await ReceivedAsync(server, 2);
        events.Raise(Event("b"));
        await ReceivedAsync(server, 3);
        await _services!.DisposeAsync();
        Assert.Equal(3, server.Requests.Count);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task What_is_left_is_sent_when_the_container_ends()
    {
        await using var server = new RawHttpServer(RawReply.Body(204, ""));
        LlmEventSource events = Start(server.Address);
        events.Raise(Event("a"));
        await _services!.DisposeAsync();
        Assert.Single(Body(Assert.Single(server.Requests)).EnumerateArray());
    }

    [Fact]
    public async Task The_webhook_is_no_part_of_anybodys_trace()
    {
        using var listener = new ActivityListener { ShouldListenTo = static _ => true, Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        await using var server = new RawHttpServer(RawReply.Body(204, ""));
        LlmEventSource events = Start(server.Address);
        using (var activity = new Activity("work").Start())
        {
            events.Raise(Event("a"));
            Assert.DoesNotContain("traceparent", (await ReceivedAsync(server, 1))[0], StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("ftp://x", null, "LlmStack:Events:Webhook:Url is no address; allowed: an absolute http or https address")]
    [InlineData("https://u:p@x/secret-path", null, "LlmStack:Events:Webhook:Url contains a user, password or fragment; allowed: an address without them")]
    [InlineData(null, "s", "LlmStack:Events:Webhook:Url is missing while Secret is set; allowed: both, or the address alone")]
    [InlineData("https://x/secret-path", " ", "LlmStack:Events:Webhook:Secret is empty; allowed: a secret, or none at all")]
    public void Wrong_settings_are_refused_at_start_without_showing_the_address(string? url, string? secret, string message)
    {
        LlmException refused = Assert.Throws<LlmException>(() => LlmClientFactory.Create(llm => llm.Configure(o =>
        {
            o.Events.Webhook.Url = url;
            o.Events.Webhook.Secret = secret;
        })));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", refused.Message, StringComparison.Ordinal);
    }
}
