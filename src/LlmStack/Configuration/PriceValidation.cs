using LlmStack.Catalog;

namespace LlmStack.Configuration;

/// <summary>Checks a price that somebody configured.</summary>
internal static class PriceValidation
{
    public static void Validate(string path, ModelPrice? price, OptionsProblems problems)
    {
        if (price is null)
        {
            return;
        }

        Units(path, price, problems);
        problems.NotNegative($"{path}:{nameof(price.PerRequest)}", price.PerRequest);
        problems.NotNegative($"{path}:{nameof(price.WebSearchPerThousand)}", price.WebSearchPerThousand);
        problems.NotNegative($"{path}:{nameof(price.SearchPerThousand)}", price.SearchPerThousand);
        problems.NotNegative($"{path}:{nameof(price.PagePerThousand)}", price.PagePerThousand);
        problems.NotNegative($"{path}:{nameof(price.AudioPerHour)}", price.AudioPerHour);
        problems.NotNegative($"{path}:{nameof(price.PerImage)}", price.PerImage);
        foreach ((string tier, decimal factor) in price.ServiceTiers ?? [])
        {
            if (factor < 0)
            {
                problems.Add($"{path}:{nameof(price.ServiceTiers)}:{tier}", factor, "a factor, 0 or more");
            }
        }

        foreach ((string id, LongContextPrice part) in price.LongContext ?? [])
        {
            problems.AtLeast($"{path}:{nameof(price.LongContext)}:{id}:{nameof(part.From)}", part.From, 1);
            Units($"{path}:{nameof(price.LongContext)}:{id}", part, problems);
        }

        foreach ((string id, PriceWindow part) in price.Windows ?? [])
        {
            Units($"{path}:{nameof(price.Windows)}:{id}", part, problems);
        }

        foreach ((string id, FuturePrice part) in price.Next ?? [])
        {
            Units($"{path}:{nameof(price.Next)}:{id}", part, problems);
            if (part.Date == default)
            {
                problems.Add($"{path}:{nameof(price.Next)}:{id}:{nameof(part.Date)}", null, "a date, for instance 2027-01-01");
            }
        }
    }

    private static void Units(string path, UnitPrices prices, OptionsProblems problems)
    {
        for (UsageBucket bucket = 0; bucket <= UsageBucket.Citation; bucket++)
        {
            problems.NotNegative($"{path}:{bucket}PerMillion", UnitPriceTable.Get(prices, bucket));
        }
    }
}
