namespace LlmStack.Configuration;

/// <summary>Checks the ledger and who is told of events.</summary>
internal static class LedgerValidation
{
    private const string WebhookPath = LlmStackOptions.SectionName + ":" + nameof(LlmStackOptions.Events) + ":" + nameof(EventsOptions.Webhook);

    public static void Validate(LlmStackOptions options, OptionsProblems problems)
    {
        problems.Between($"{LlmStackOptions.SectionName}:{nameof(options.Ledger)}:{nameof(options.Ledger.MaxRows)}", options.Ledger.MaxRows, 1_000, 10_000_000);
        WebhookOptions webhook = options.Events.Webhook;
        if (webhook.Url is { } url)
        {
            Address($"{WebhookPath}:{nameof(webhook.Url)}", url, problems);
        }
        else if (!string.IsNullOrEmpty(webhook.Secret))
        {
            problems.Say($"{WebhookPath}:{nameof(webhook.Url)}", $"is missing while {nameof(webhook.Secret)} is set; allowed: both, or the address alone");
        }

        if (webhook.Secret is { } secret && string.IsNullOrWhiteSpace(secret))
        {
            problems.Say($"{WebhookPath}:{nameof(webhook.Secret)}", "is empty; allowed: a secret, or none at all");
        }

        foreach ((string id, LlmEventKind kind) in webhook.Kinds)
        {
            if (!Enum.IsDefined(kind) || kind == LlmEventKind.Unknown)
            {
                problems.Add($"{WebhookPath}:{nameof(webhook.Kinds)}:{id}", kind.ToString(), string.Join(", ", Enum.GetNames<LlmEventKind>()[1..]));
            }
        }

        problems.Positive($"{WebhookPath}:{nameof(webhook.BatchInterval)}", webhook.BatchInterval);
        problems.NotNegative($"{WebhookPath}:{nameof(webhook.RepeatInterval)}", webhook.RepeatInterval);
        problems.Between($"{WebhookPath}:{nameof(webhook.MaxQueued)}", webhook.MaxQueued, 1, 100_000);
        problems.Positive($"{WebhookPath}:{nameof(webhook.RequestTimeout)}", webhook.RequestTimeout);
    }

    /// <summary>A webhook's path and query are often its secret, so the message shows neither.</summary>
    private static void Address(string path, string url, OptionsProblems problems)
    {
        if (!Uri.TryCreate(url.Trim(), UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            problems.Say(path, "is no address; allowed: an absolute http or https address");
        }
        else if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
        {
            problems.Say(path, "contains a user, password or fragment; allowed: an address without them");
        }
    }
}
